"""Documents: a certificate, a statement, a monthly slip, a district's sheet; and how anybody checks one."""
