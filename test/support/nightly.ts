/** Whether what is too dear for every change is run too: `npm run nightly`. */
export const isNightly = process.env['PAWL_NIGHTLY'] !== undefined;
