"""Instruction data that others tune with: read in, and written out in the forms of TRL and OpenAI."""
