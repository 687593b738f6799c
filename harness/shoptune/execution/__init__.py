"""How steps are computed: the loop, what a person sees meanwhile, and what each step took."""
