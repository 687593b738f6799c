"""From an experiment to the plan of a run: which steps it takes, and the fingerprint of each.

- `lineage`: which candidate another one goes back to
- `resolving`: asks backends where the models are
- `make_plan`: names every step by its content, without computing anything
- `describe`: what the comparison says of candidates and metrics before it has a figure
- `plan`: the result, from which everything after it works
- `selection`: chooses among candidates by what was measured on validation data
- `rounds`: plans again with what was chosen, until all is decided
"""
