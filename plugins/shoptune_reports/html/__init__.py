"""The page: what it shows of each task, its sections and samples, and the shell that makes all text safe."""
