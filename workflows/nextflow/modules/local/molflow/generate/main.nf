// One shard of a library. Not run here, where there is no Nextflow.
process MOLFLOW_GENERATE {
    tag "${meta.id} ${meta.shard}/${meta.shards}"
    label 'process_medium'

    input:
    tuple val(meta), path(library)

    output:
    tuple val(meta), path('*.sdf.gz'), path('*.sdf.gz.journal'), emit: conformers
    tuple val(meta), path('*.status.csv'), emit: status
    path 'versions.yml', emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}-${meta.shard}"
    """
    molflow generate --input ${library} --shard ${meta.shard}/${meta.shards} --out ${prefix}.sdf.gz \\
        --status ${prefix}.status.csv --allow-failures --quiet --jobs ${task.cpus} ${args}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        molflow: \$(molflow --version)
    END_VERSIONS
    """

    stub:
    def prefix = task.ext.prefix ?: "${meta.id}-${meta.shard}"
    """
    touch ${prefix}.sdf.gz ${prefix}.sdf.gz.journal ${prefix}.status.csv versions.yml
    """
}
