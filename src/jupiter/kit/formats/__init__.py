"""Dates and figures stay as in France, whatever the language of the words: 07/12/2021, 16 450,00."""
