export { pawlPackage, type Package } from '../toolchain/pawl-package';
