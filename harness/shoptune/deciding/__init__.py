"""What follows from the figures: gates and the exit code."""
