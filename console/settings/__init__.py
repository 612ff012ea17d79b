"""What this workstation knows: fleet file, preferences, secrets, profile folders, hosts that other programs know."""
