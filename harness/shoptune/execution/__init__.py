"""How steps are computed, what a person sees meanwhile, and what each step took.

- `execute`: gives the steps that the store lacks to the executor, and watches over them in the parent process
- `worker`: computes one step, in this process or in another that it is sent to
- `context`: what a step works with
- `progress`: the display
- `elapsed`, `resources`: seconds over all interrupted runs, peaks of memory
"""
