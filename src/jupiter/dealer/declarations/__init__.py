"""*Garantir*: what we told the hub about a sale, and what became of it there and at the insurer."""
