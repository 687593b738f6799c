"""What the core does with metrics: checks their rows, takes choices, keeps their highlights."""
