import { DialogFrame } from '../parts/dialog-frame.tsx';
import { SyntaxExamples } from './syntax-examples-list.tsx';
import './help.css';

/** The query language by example. */
export function SyntaxDialog() {
  return (
    <DialogFrame title="Query syntax">
      <SyntaxExamples />
    </DialogFrame>
  );
}
