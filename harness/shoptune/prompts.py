"""Several ways to ask for one thing: the names that an experiment's steps and its comparison share."""

__all__ = ["OWN", "SLICE"]

OWN = "own"
"""The name of a task's own prompt, beside which an experiment may put others (`TaskUse.prompts`)."""

SLICE = "prompt"
"""The slice of an example that says how it is asked, where a task has several prompts."""
