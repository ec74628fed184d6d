"""Who did what, when: one sentence a row, added in the transaction of the act, never changed."""
