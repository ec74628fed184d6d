"""bin/trust: sell under faults, then compare what was acknowledged with what all stores hold. Imports nothing of the services."""
