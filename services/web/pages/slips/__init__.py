"""Paper slips: issued in advance, printed as a sheet, and entered a sheet at a time with its scan."""
