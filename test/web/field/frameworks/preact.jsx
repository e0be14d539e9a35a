import { render } from 'preact';
import { Offer } from './component.jsx';

export const mount = (target) => (attributes) => render(<Offer attributes={attributes} />, target);
