"""From measured rows to results with intervals and verdicts.  Knows numbers and names, no text and no plugin's code.

- `measured`: what is compared: samples of a task, rows of a metric
- `slicing`: which slices are worth a result
- `statistics`: bootstrap, intervals, p-values; arrays alone
- `estimates`, `differences`: values, and how far candidates are from one another, on one set of samples
- `results`: what is said of them
- `correction`, `verdicts`: what is claimed, and what that costs each claim
- `compare`: all tasks, slices and prompts; verdicts
"""
