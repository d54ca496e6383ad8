"""What the product does. One public writing function is one transaction (`points_app.db`)."""
