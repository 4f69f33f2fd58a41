"""The book of service time: settled hours, older records, certificates."""
