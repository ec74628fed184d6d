"""What is typed wrongly, field by field: the table of bad inputs, the pages' forms, and what each field is."""
