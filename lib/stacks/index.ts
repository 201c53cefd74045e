/** The pipeline in AWS: its stack, and the bundles of its functions. */
export {
  type Bundles,
  bundleFunctions,
  bundlesOf,
  type FunctionName,
  functionNames,
  provisionDigest,
} from './bundles.ts';
export { PipelineStack, type PipelineStackProps } from './pipeline-stack.ts';
