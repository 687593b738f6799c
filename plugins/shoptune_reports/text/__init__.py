"""What is said, whatever the format: findings in words, figures worth a table, and how text stays plain text."""
