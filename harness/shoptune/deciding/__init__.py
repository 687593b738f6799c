"""What follows from the figures: the recommendation, the gates and the exit code.  `decide` puts them together."""
