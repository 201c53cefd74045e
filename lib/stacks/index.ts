/** The pipeline in AWS: its stack, and the bundles of its functions. */
export {
  type Bundles,
  bundleCode,
  bundlesOf,
  type FunctionName,
  functionNames,
  layBundles,
  provisionDigest,
} from './bundles.ts';
export { PipelineStack, type PipelineStackProps } from './pipeline-stack.ts';
