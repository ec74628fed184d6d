"""Producer (point of sale that sells policies): who works for it, which software acts for it, what each may do."""
