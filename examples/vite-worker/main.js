/** The page: asks the worker for conformers of a SMILES and shows the SD file. */
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const output = document.querySelector('pre');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  status.textContent = 'Working …';
  output.textContent = '';
  worker.postMessage({ smiles: new FormData(form).get('smiles') });
});

worker.addEventListener('message', ({ data }) => {
  status.textContent = data.error ?? `${data.delivered} conformers by ${data.model}`;
  output.textContent = data.sdf ?? '';
});
