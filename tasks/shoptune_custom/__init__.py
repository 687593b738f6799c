"""Tasks that a shop writes in its experiment file: a prompt and a target, as templates over its own fields."""
