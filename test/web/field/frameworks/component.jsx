// A controlled field for React and Preact: the component holds the label, and gives it back to the field after every change.
import { useState } from 'react';

export function Offer({ attributes }) {
  const [label, setLabel] = useState('');
  return (
    <>
      <fashion-classifier {...attributes} value={label} onInput={(event) => setLabel(event.target.value)} />
      <output>{label}</output>
    </>
  );
}
