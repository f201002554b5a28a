// The page of a comparison.

export { writeComparisonPage } from './page.ts';
