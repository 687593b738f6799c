"""The history: what each finished run found, kept in the store, so that runs of different days can be compared.

A run is kept as its ``comparison.json``, without samples; `shoptune.kept_run` is what is made of it.

- `runs`: where runs are kept, each in a folder of the store
- `samples`: what candidates were asked, and how two runs that were not asked the same differ
- `evidence`: each sample's rows, from the store or from ``samples.jsonl``
- `changes`: what changed in the values from one run to another, paired by sample
- `settings`: what changed in versions, data and settings
- `named`: which run a person means by ``7``, ``r3f29c01b7d`` or a path
- `keep`: what `shoptune.run` calls when a run is finished
"""
