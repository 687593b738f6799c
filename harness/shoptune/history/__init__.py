"""The history: what each finished run found, kept beside the store, so that runs of different days can be compared.

- `run_record`: one run: who was compared, on what, and what came of it; figures and names, no text of the shop
- `database`: where records are kept: one SQLite file
- `samples`: what candidates were asked, and whether two runs were asked the same
- `evidence`: each sample's rows, from the store or from ``samples.jsonl``
- `changes`: what changed in the values from one run to another, paired by sample
- `settings`: what changed in versions, data and settings
- `named`: which run a person means by ``7``, ``r3f29c01b7d`` or a path
- `keep`: what `shoptune.run` calls when a run is finished
"""
