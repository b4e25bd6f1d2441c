"""How is the published contract made of the files under openapi/?"""
