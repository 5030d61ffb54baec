#!/usr/bin/env node
/** The molflow command. */
import { Command } from 'commander';
import { trainCommand } from './train.js';

const program = new Command('molflow')
  .description('Molecular conformers by flow matching: SMILES in, accurate 3D out')
  .addCommand(trainCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`molflow: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
