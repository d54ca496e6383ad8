"""What the product does, by domain. One public writing function is one transaction."""
