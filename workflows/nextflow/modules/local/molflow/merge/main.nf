// The parts of a library, joined. Not run here, where there is no Nextflow.
process MOLFLOW_MERGE {
    tag "${meta.id}"
    label 'process_single'

    input:
    tuple val(meta), path(parts), path(journals)

    output:
    tuple val(meta), path("${meta.id}.sdf.gz"), emit: conformers

    script:
    """
    molflow merge ${parts} --out ${meta.id}.sdf.gz --quiet
    """

    stub:
    """
    touch ${meta.id}.sdf.gz
    """
}
