import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Offer } from './component.jsx';

/** Returns the function that renders again with other attributes. */
export function mount(target) {
  const root = createRoot(target);
  return (attributes) =>
    root.render(
      <StrictMode>
        <Offer attributes={attributes} />
      </StrictMode>,
    );
}
