import { testPages } from '../conformance.js';

testPages('slices');
