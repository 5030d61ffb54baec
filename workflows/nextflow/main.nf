// A library by Nextflow: one shard a task, then the merge. Not run here, where there is no Nextflow; written for DSL 2.
// nextflow run main.nf --input library.smi.gz --shards 100 --flags '--fast -n 1' -resume
// A task that Nextflow repeats begins its shard anew, in a folder of its own: keep shards small, an hour or less.
nextflow.enable.dsl = 2

include { MOLFLOW_GENERATE } from './modules/local/molflow/generate/main'
include { MOLFLOW_MERGE } from './modules/local/molflow/merge/main'

params.input = null
params.shards = 10
params.flags = ''
params.outdir = 'results'

workflow {
    if (!params.input) error 'give --input, a library of SMILES or structures'
    library = file(params.input, checkIfExists: true)
    shards = Channel.of(1..params.shards).map { shard -> [[id: library.simpleName, shard: shard, shards: params.shards], library] }
    MOLFLOW_GENERATE(shards)
    parts = MOLFLOW_GENERATE.out.conformers.map { meta, part, journal -> [[id: meta.id], part, journal] }
    MOLFLOW_MERGE(parts.groupTuple())
}
