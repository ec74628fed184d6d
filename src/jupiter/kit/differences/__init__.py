"""What two services that keep the same things say differently: found by comparing, repaired, or decided by a person."""
