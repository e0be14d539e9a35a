/** @file The field's texts in Spanish. */
import type { Messages } from './en.ts';

export default {
  label: 'Foto de la prenda',
  choose: 'Elegir una foto',
  chooseAnother: 'Elegir otra foto',
  takePhoto: 'Hacer una foto',
  dropOrPaste: 'o arrástrela o péguela aquí',
  hint: 'Reducimos la foto antes de enviarla.',
  hintLocal: 'La foto no sale de su dispositivo.',

  preparing: 'Abriendo la foto…',
  uploading: 'Enviando la foto…',
  classifying: 'Reconociendo la prenda…',
  rateLimited: 'Se han enviado demasiadas fotos en poco tiempo. Volveremos a intentarlo automáticamente.',
  noResponse: 'El servicio no está disponible en este momento. Volveremos a intentarlo automáticamente.',
  retryIn: 'Próximo intento en {seconds}',
  offline: 'No tiene conexión. Continuaremos cuando vuelva a estar conectado.',
  cancel: 'Cancelar',
  cancelled: 'Cancelado.',
  retry: 'Intentar de nuevo',
  remove: 'Quitar',
  removed: 'Se ha quitado la foto.',
  confirming: 'Un momento, estamos confirmando nuestra respuesta…',
  changed: 'Nuestra respuesta ha cambiado. Compruébela y envíe de nuevo el formulario.',
  preview: 'Su foto',

  unsure: 'Quizá: {label}',
  abstained: {
    'no-garment':
      'No hemos reconocido ninguna prenda. Ponga la prenda sobre una superficie lisa, con buena luz, y haga otra foto.',
    'poor-mask':
      'No hemos visto bien dónde termina la prenda. Con un fondo liso y buena luz, la foto funciona mejor.',
    'none-of-these': 'No parece ser ninguno de los tipos que conocemos. Si lo es, elíjalo más abajo.',
    'low-score': 'Podría ser de varios tipos. Elija el correcto más abajo.',
  },
  advice: {
    round: 'Parece redondo, y ninguna prenda lo es.',
    'cut-off': 'Una parte de la prenda queda fuera de la foto. Aléjese un poco.',
    small: 'La prenda se ve pequeña en la foto. Acérquese más.',
    'ignored-orientation': 'Puede que la foto esté de lado. Gírela antes de elegirla.',
  },
  mostLikely: 'Tipos más probables',
  question: '¿Es correcto?',
  yes: 'Sí',
  correct: 'No, es…',
  none: 'Ninguno de estos',
  chooseKind: 'Elegir el tipo usted mismo…',
  networkInput: 'Lo que ha visto el ordenador',
  networkInputText: 'El ordenador solo ve estos 28 × 28 puntos grises de su prenda.',
  computedLocally: 'Calculado en su dispositivo.',

  missing: 'Elija una foto de la prenda.',
  stillWorking: 'Todavía estamos mirando la foto. Espere un momento.',
  confirm: 'No estamos seguros con esta foto. Confirme o corrija nuestra respuesta, o elija otra foto.',
  decide: 'Elija una respuesta de la lista u otra foto.',
  unknownLabel: '«{label}» no está en nuestra lista. Elija otra respuesta.',

  anyModel: {
    label: 'Su foto',
    classifying: 'Reconociendo la foto…',
    networkInputText: 'El ordenador solo ve esta pequeña imagen.',
    missing: 'Elija una foto.',
  },

  problems: {
    unreadable: 'No podemos usar este archivo. Elija otra foto, en un archivo JPEG o PNG.',
    heic: 'Este navegador no puede abrir fotos HEIC. Guarde la foto como JPEG o elija otra.',
    tooLarge: 'Esta foto ocupa más de 60 MB. Elija una más pequeña.',
    tooNarrow: 'Esta foto es demasiado estrecha. Recórtela.',
    tooManyRequests: 'Se han enviado demasiadas fotos en poco tiempo. Inténtelo de nuevo más tarde.',
    unreachable: 'No hemos podido enviar la foto. Compruebe su conexión a internet e inténtelo de nuevo.',
    notLoaded:
      'No se ha podido cargar una parte de este campo. Compruebe su conexión a internet e inténtelo de nuevo, o recargue la página.',
    unconfirmed:
      'El formulario no se ha enviado porque no hemos podido confirmar nuestra respuesta. Compruebe su conexión a internet e inténtelo de nuevo, o vuelva a elegir la foto.',
    securityCheck: 'La comprobación de seguridad no ha funcionado. Recargue la página e inténtelo de nuevo.',
    device: 'Su navegador no ha podido procesar la foto. Inténtelo de nuevo o use otro navegador.',
    service: 'Algo ha fallado por nuestra parte. Inténtelo de nuevo en unos minutos.',
    setup: 'Este campo no está bien configurado. Avise al responsable de este sitio web.',
  },

  labels: {
    'T-shirt/top': 'Camiseta o top',
    Trouser: 'Pantalón',
    Pullover: 'Jersey',
    Dress: 'Vestido',
    Coat: 'Abrigo',
    Sandal: 'Sandalia',
    Shirt: 'Camisa',
    Sneaker: 'Zapatilla',
    Bag: 'Bolso',
    'Ankle boot': 'Botín',
  },
} satisfies Messages;
