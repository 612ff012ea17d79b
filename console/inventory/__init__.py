"""What is known now: state per host, change sets, the last-seen cache."""
