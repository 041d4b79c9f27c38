// Evaluates CEL as an API server does for admission: variables first, each visible to those behind it as variables.NAME, then the expressions.
//   node cel.mjs LIBRARY < {"context": {...}, "variables": [{"name", "expression"}], "expressions": ["..."]}   prints a JSON list
import { pathToFileURL } from 'node:url'

const { Environment } = await import(pathToFileURL(process.argv[2]).href)
const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const { context, variables, expressions } = JSON.parse(Buffer.concat(chunks).toString())

const cel = new Environment({ unlistedVariablesAreDyn: true })
  // Of Kubernetes' own library (k8s.io/apiserver/pkg/cel/library), what the expressions use.
  .registerFunction('list.join(string): string', (list, separator) => list.join(separator))
const scope = { ...context, variables: {} }
for (const { name, expression } of variables) scope.variables[name] = cel.evaluate(expression, scope)
console.log(JSON.stringify(expressions.map((expression) => cel.evaluate(expression, scope))))
