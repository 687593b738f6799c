"""The kinds of step, one module each: what it depends on, what it is called, and how it is done.

- `read`: a table of the shop is read, freed of personal data, and profiled
- `prepare`: its records become examples and pairs, split so that no group stands on both sides
- `expand_prompts`: held-out examples are asked in other ways too
- `tune`: a model and training data become a tuned model
- `predict`: a candidate answers the held-out examples
- `judge`: a model is asked about answers, as a metric says
- `measure`: answers become rows of statistics

Beside them stands what several share: `context` (what a step works with), `models`, `asking`, `samples`, `scoring`
(texts scored while a model is tuned), `noise` (how much of an answer is the batch's doing).  A new kind is a new
module; what a plan makes of it is the plan's business, and nothing else has to know of it.
"""
