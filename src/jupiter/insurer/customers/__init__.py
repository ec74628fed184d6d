"""Account (compte client): the person or company who is insured."""
