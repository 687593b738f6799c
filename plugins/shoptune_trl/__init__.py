"""Tuning through TRL: sft and dpo."""
