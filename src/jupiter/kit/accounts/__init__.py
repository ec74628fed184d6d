"""People: who they are, how they come in, what they like to see."""
