// dependency-cruiser walks files with swc's visitor, which does not know `using` and `await using` yet and gives up on them.
// Loaded before it, this lets the visitor look into such a declaration as into any other.
const { Visitor } = require('@swc/core/Visitor.js');

const visitStatement = Visitor.prototype.visitStatement;

Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};
