"""The insurer's portal: quote, purchase, policy, documents."""
