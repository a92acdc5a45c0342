/** Draw the runs, and sort them when a column's head is pressed. Text only: no HTML is parsed. */

function compare(a, b) {
  if (a.number !== null && b.number !== null) {
    return a.number - b.number;
  }
  if (a.number !== null || b.number !== null) {
    return a.number !== null ? -1 : 1;
  }
  return a.text.localeCompare(b.text);
}

function head(model, state, draw, index) {
  const cell = document.createElement('th');
  const button = document.createElement('button');
  const sorted = state.column === index;
  button.type = 'button';
  button.textContent = model.get('columns')[index];
  button.addEventListener('click', () => {
    state.descending = sorted && !state.descending;
    state.column = index;
    draw(index);
  });
  cell.scope = 'col';
  cell.ariaSort = sorted ? (state.descending ? 'descending' : 'ascending') : 'none';
  cell.append(button);
  return cell;
}

function row(cells) {
  const line = document.createElement('tr');
  for (const { text, number } of cells) {
    const cell = document.createElement('td');
    cell.textContent = text;
    cell.classList.toggle('mlops-number', number !== null);
    line.append(cell);
  }
  return line;
}

function render({ model, el }) {
  const state = { column: -1, descending: false };
  const table = document.createElement('table');
  table.className = 'mlops-run-table';

  const draw = focused => {
    const rows = [...model.get('rows')];
    if (state.column >= 0) {
      const sign = state.descending ? -1 : 1;
      rows.sort((a, b) => sign * compare(a[state.column], b[state.column]));
    }
    const heads = document.createElement('tr');
    heads.append(...model.get('columns').map((_, i) => head(model, state, draw, i)));
    const top = document.createElement('thead');
    const body = document.createElement('tbody');
    top.append(heads);
    body.append(...rows.map(row));
    table.replaceChildren(top, body);
    if (focused !== undefined) {
      heads.children[focused].firstChild.focus();
    }
  };
  const redraw = () => draw();

  model.on('change:rows', redraw);
  draw();
  el.append(table);
  return () => model.off('change:rows', redraw);
}

export default { render };
