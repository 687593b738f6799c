"""From measured rows to results with intervals and verdicts.  Knows numbers and names, no text and no plugin's code.

- `measured`: what is compared: samples of a task, rows of a metric
- `breakdown`: which slices are worth a result
- `statistics`: bootstrap, intervals, p-values, Holm's correction; arrays alone
- `figures`: values, differences and intervals on one set of samples
- `compare`: all tasks, slices and prompts; verdicts
"""
